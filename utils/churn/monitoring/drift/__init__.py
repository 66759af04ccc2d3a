"""Has a window of data drifted from its reference? One small interface, many detectors."""
