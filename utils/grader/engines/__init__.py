"""What turns a submission into an outcome."""
