"""What keeps a learner's process apart, and counts and limits what it uses."""
