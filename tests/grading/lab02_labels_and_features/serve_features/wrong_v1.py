"""The app's code as it was."""


def serve_features(lines, as_of, days):
    return serve_v1(lines, as_of, days)
