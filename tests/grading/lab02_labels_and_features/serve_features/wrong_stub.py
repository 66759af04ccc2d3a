"""The empty stub as handed out."""


def serve_features(lines, as_of, days):
    raise NotImplementedError()
