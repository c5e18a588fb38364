"""From a reading back to official Russian words."""
