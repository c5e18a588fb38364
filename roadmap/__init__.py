"""What a document says and what follows from it: pure rules, no clock, no database, no network."""
