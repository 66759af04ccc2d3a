"""The opset is above 21."""


def twin(card, path):
    names = list(card["weights"])
    weights = np.array([card["weights"][n] for n in names], dtype=np.float64)
    mean = np.array([card["mean"][n] for n in names], dtype=np.float64)
    scale = np.array([card["scale"][n] for n in names], dtype=np.float64)
    intercept = np.array([card["intercept"]], dtype=np.float64)
    constants = [
        numpy_helper.from_array(mean, "mean"),
        numpy_helper.from_array(scale, "scale"),
        numpy_helper.from_array(weights.reshape(-1, 1), "weights"),
        numpy_helper.from_array(intercept, "intercept"),
    ]
    nodes = [
        helper.make_node("IsNaN", ["customers"], ["missing"]),
        helper.make_node("Where", ["missing", "mean", "customers"], ["filled"]),
        helper.make_node("Sub", ["filled", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["standard"]),
        helper.make_node("MatMul", ["standard", "weights"], ["product"]),
        helper.make_node("Add", ["product", "intercept"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "twin",
        [helper.make_tensor_value_info("customers", TensorProto.DOUBLE, [None, len(names)])],
        [helper.make_tensor_value_info("probability", TensorProto.DOUBLE, [None, 1])],
        constants,
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 22)])
    onnx.save(model, path)
    return path


def new_twin(name, card):
    """A twin in a new file; its path."""
    folder = workspace / "twins"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").unlink(missing_ok=True)
    return twin(card, str(folder / f"{name}.onnx"))
