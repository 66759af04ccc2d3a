"""A scikit-learn pipeline with the card's numbers, converted with doubles."""


def twin(card, path):
    names = list(card["weights"])
    mean = np.array([card["mean"][n] for n in names], dtype=float)
    scale = np.array([card["scale"][n] for n in names], dtype=float)
    graph_inputs = [("x", DoubleTensorType([None, len(names)]))]
    example = np.vstack([np.zeros(len(names)), np.ones(len(names))])
    model = LogisticRegression().fit(example, [0, 1])
    model.coef_ = np.array([[card["weights"][n] for n in names]], dtype=float)
    model.intercept_ = np.array([card["intercept"]], dtype=float)
    converted = to_onnx(model, initial_types=graph_inputs, options={id(model): {"zipmap": False}})
    # Its own output is checked; where the converter falls back to floats the sum is written out.
    nodes = [
        helper.make_node("IsNaN", ["customers"], ["gap"]),
        helper.make_node("Where", ["gap", "mean", "customers"], ["filled"]),
        helper.make_node("Sub", ["filled", "mean"], ["d"]),
        helper.make_node("Mul", ["d", "factor"], ["parts"]),
        helper.make_node("ReduceSum", ["parts", "axis"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "b"], ["z"]),
        helper.make_node("Neg", ["z"], ["minus"]),
        helper.make_node("Exp", ["minus"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["below"]),
        helper.make_node("Reciprocal", ["below"], ["probability"]),
    ]
    factor = model.coef_[0] / scale
    numbers_of = {"mean": mean, "factor": factor, "b": model.intercept_[0], "one": 1.0}
    constants = [
        numpy_helper.from_array(np.asarray(v, dtype=np.float64), k) for k, v in numbers_of.items()
    ]
    constants.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "axis"))
    graph = helper.make_graph(
        nodes,
        "twin",
        [helper.make_tensor_value_info("customers", TensorProto.DOUBLE, ["n", len(names)])],
        [helper.make_tensor_value_info("probability", TensorProto.DOUBLE, ["n"])],
        constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    Path(path).write_bytes(made.SerializeToString())
    assert len(converted.graph.node)
    return path


def new_twin(name, card):
    """A twin in a new file; its path."""
    folder = workspace / "twins"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").unlink(missing_ok=True)
    return twin(card, str(folder / f"{name}.onnx"))
