"""The probability is a float of 32 bits; the rest are doubles."""


def twin(card, path):
    names = list(card["weights"])

    def constant(name, values):
        return numpy_helper.from_array(np.array(values, dtype=np.float64), name)

    constants = [
        constant("mean", [card["mean"][n] for n in names]),
        constant("scale", [card["scale"][n] for n in names]),
        constant("weights", [[card["weights"][n]] for n in names]),
        constant("intercept", [card["intercept"]]),
        constant("zero", 0.0),
    ]
    steps = [
        ("Sub", ["customers", "mean"], "distance"),
        ("IsNaN", ["distance"], "missing"),
        ("Where", ["missing", "zero", "distance"], "known"),
        ("Div", ["known", "scale"], "standard"),
        ("MatMul", ["standard", "weights"], "sum"),
        ("Add", ["sum", "intercept"], "z"),
        ("Sigmoid", ["z"], "double"),
        ("Cast", ["double"], "probability"),
    ]
    graph = helper.make_graph(
        [
            helper.make_node(
                kind, inputs, [output], **({"to": TensorProto.FLOAT} if kind == "Cast" else {})
            )
            for kind, inputs, output in steps
        ],
        "score_card",
        [helper.make_tensor_value_info("customers", TensorProto.DOUBLE, [None, len(names)])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def new_twin(name, card):
    """A twin in a new file; its path."""
    folder = workspace / "twins"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").unlink(missing_ok=True)
    return twin(card, str(folder / f"{name}.onnx"))
