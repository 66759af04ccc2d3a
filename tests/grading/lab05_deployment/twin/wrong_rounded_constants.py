"""Means, scales and weights are rounded to 32 bits."""


def twin(card, path):
    names = list(card["weights"])
    arrays = {
        "mean": np.array([card["mean"][n] for n in names], dtype=np.float32).astype(np.float64),
        "scale": np.array([card["scale"][n] for n in names], dtype=np.float32).astype(np.float64),
        "weights": np.array([[card["weights"][n]] for n in names], dtype=np.float32).astype(
            np.float64
        ),
        "intercept": np.array(card["intercept"], dtype=np.float32).astype(np.float64),
        "zero": np.array(0.0, dtype=np.float32).astype(np.float64),
    }
    nodes = [
        helper.make_node("Sub", ["customers", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("IsNaN", ["scaled"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "scaled"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["sum"]),
        helper.make_node("Add", ["sum", "intercept"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "card",
        [helper.make_tensor_value_info("customers", TensorProto.DOUBLE, ["n", len(names)])],
        [helper.make_tensor_value_info("probability", TensorProto.DOUBLE, ["n", 1])],
        [numpy_helper.from_array(a, name) for name, a in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def new_twin(name, card):
    """A twin in a new file; its path."""
    folder = workspace / "twins"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").unlink(missing_ok=True)
    return twin(card, str(folder / f"{name}.onnx"))
