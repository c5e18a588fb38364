"""What a reviewer is told of a document that was read."""
