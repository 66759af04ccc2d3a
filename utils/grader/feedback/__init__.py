"""What a learner gets to read: results of checks, and pages that do nothing by themselves."""
