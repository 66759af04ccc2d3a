"""Keeps the best candidate only."""

import itertools

my_search = None


def search(space, budget, seed, train, valid):
    candidates = [dict(zip(space, values)) for values in itertools.product(*space.values())]
    quality = {}
    for number, settings in enumerate(candidates[:budget]):
        try:
            quality[number] = auc(settings, seed, train, valid)
        except ValueError:
            pass
    with mlflow.start_run(run_name="search") as parent:
        mlflow.log_params({"budget": budget, "seed": seed})
        if quality:
            best = max(quality, key=quality.get)
            with mlflow.start_run(nested=True) as child:
                mlflow.log_params(candidates[best] | {"seed": seed})
                mlflow.log_metric("valid_roc_auc", quality[best])
            mlflow.log_metric("best_valid_roc_auc", quality[best])
            mlflow.set_tag("best_run_id", child.info.run_id)
    return {"parent": record_of(parent.info.run_id), "children": children_of(parent.info.run_id)}


my_space = {
    "max_leaf_nodes": [3, 6, 12],
    "learning_rate": [0.1, 0.3, 0.6],
    "max_iter": [5, 10, 20],
}
my_search = search(my_space, 4, variant, train, valid)
