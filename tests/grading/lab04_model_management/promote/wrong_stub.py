"""The empty stub as handed out."""


def promote(name, version, who, why, when):
    # YOUR CODE HERE
    raise NotImplementedError()


def rollback(name, who, why, when):
    # YOUR CODE HERE
    raise NotImplementedError()


def rehearse(name, versions, requests):
    """Make requests of a model, one after the other; what each returned, or that it was refused.

    versions: the tags of version 1, 2, … of the model, which is registered anew, the last one with
    the alias challenger; None to go on with the model as it is. requests: the arguments, by name, and "do": "promote" or "rollback".
    """
    client = MlflowClient()
    if versions is not None:
        if client.search_registered_models(f"name = '{name}'"):
            client.delete_registered_model(name)
        client.create_registered_model(name)
        for tags in versions:
            client.create_model_version(name, "file:///models/any", tags=tags)
        client.set_registered_model_alias(name, "challenger", str(len(versions)))
    results = []
    for request in requests:
        arguments = {key: value for key, value in request.items() if key != "do"}
        try:
            function = promote if request["do"] == "promote" else rollback
            results.append(function(name, **arguments))
        except ValueError:
            results.append("refused")
    return {"database": str(workspace / "mlflow.db"), "results": results}


my_requests = [
    {"do": "promote", "version": "1", "who": "Ada", "why": "first", "when": "2024-03-01T09:00Z"},
    {"do": "promote", "version": "2", "who": "Ada", "why": "better", "when": "2024-04-02T09:00Z"},
    {"do": "rollback", "who": "Alan", "why": "complaints", "when": "2024-04-03T02:10Z"},
]
my_versions = [
    {"trained_by": "Grace", "gate": "passed", "gate.champion": "none"},
    {"trained_by": "Alan", "gate": "passed", "gate.champion": "1"},
]
rehearse("mine", my_versions, my_requests)
