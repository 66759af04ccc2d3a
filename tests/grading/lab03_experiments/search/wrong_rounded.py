"""Records metrics with five decimals."""

import itertools

my_search = None


def search(space, budget, seed, train, valid):
    names = list(space)
    grid = list(itertools.islice(itertools.product(*(space[name] for name in names)), budget))
    best, ids = None, []
    mlflow.start_run(run_name="search")
    top = mlflow.active_run().info.run_id
    mlflow.log_param("budget", budget)
    mlflow.log_param("seed", seed)
    for values in grid:
        child = mlflow.start_run(run_name="candidate", nested=True)
        ids.append(child.info.run_id)
        settings = dict(zip(names, values))
        mlflow.log_params({**settings, "seed": seed})
        try:
            quality = round(auc(settings, seed, train, valid), 5)
        except ValueError:
            mlflow.end_run("FAILED")
            continue
        mlflow.log_metric("valid_roc_auc", quality)
        mlflow.end_run()
        if best is None or quality >= best[0]:
            best = quality, child.info.run_id
    if best is not None:
        mlflow.log_metric("best_valid_roc_auc", best[0])
        mlflow.set_tag("best_run_id", best[1])
    mlflow.end_run()
    return {"parent": record_of(top), "children": [record_of(one) for one in reversed(ids)]}


my_space = {
    "max_leaf_nodes": [3, 6, 12],
    "learning_rate": [0.1, 0.3, 0.6],
    "max_iter": [5, 10, 20],
}
my_search = search(my_space, 4, variant, train, valid)
