"""Gives a candidate that failed the quality of the one before it."""

import itertools
import random

my_search = None


def search(space, budget, seed, train, valid):
    candidates = [
        dict(zip(space, values, strict=True)) for values in itertools.product(*space.values())
    ]
    chosen = random.Random(seed).sample(candidates, min(budget, len(candidates)))
    found, quality = {}, None
    with mlflow.start_run(run_name="search") as parent:
        mlflow.log_params({"budget": budget, "seed": seed})
        for settings in chosen:
            try:
                with mlflow.start_run(nested=True) as child:
                    mlflow.log_params(settings | {"seed": seed})
                    quality = auc(settings, seed, train, valid)
                    mlflow.log_metric("valid_roc_auc", quality)
            except ValueError:
                pass
            if quality is not None:
                found[child.info.run_id] = quality
        if found:
            best = max(reversed(found), key=found.get)
            mlflow.log_metric("best_valid_roc_auc", found[best])
            mlflow.set_tag("best_run_id", best)
    return {"parent": record_of(parent.info.run_id), "children": children_of(parent.info.run_id)}


my_space = {
    "max_leaf_nodes": [3, 6, 12],
    "learning_rate": [0.1, 0.3, 0.6],
    "max_iter": [5, 10, 20],
}
my_search = search(my_space, 4, variant, train, valid)
