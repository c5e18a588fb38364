"""Commands that read a document and look at a roadmap."""
