"""The empty stub as handed out."""


def twin(card, path):
    # YOUR CODE HERE
    raise NotImplementedError()


def new_twin(name, card):
    """A twin in a new file; its path."""
    folder = workspace / "twins"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").unlink(missing_ok=True)
    return twin(card, str(folder / f"{name}.onnx"))
