"""An Optuna study over the grid; its trials are the nested runs."""

import math

import optuna

my_search = None


def search(space, budget, seed, train, valid):
    def trial_run(trial):
        settings = {name: trial.suggest_categorical(name, list(space[name])) for name in space}
        with mlflow.start_run(run_name=f"trial {trial.number}", nested=True) as child:
            trial.set_user_attr("run_id", child.info.run_id)
            mlflow.log_params(settings | {"seed": seed})
            quality = auc(settings, seed, train, valid)
            mlflow.log_metric("valid_roc_auc", quality)
        return quality

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    grid = optuna.samplers.GridSampler({k: list(v) for k, v in space.items()}, seed=seed)
    study = optuna.create_study(direction="maximize", sampler=grid)
    size = math.prod(len(values) for values in space.values())
    with mlflow.start_run(run_name="search") as run:
        mlflow.log_params(dict(budget=budget, seed=seed))
        study.optimize(trial_run, n_trials=min(budget, size), catch=(ValueError,))
        done = [t for t in study.trials if t.value is not None]
        if done:
            mlflow.log_metric("best_valid_roc_auc", study.best_value)
            mlflow.set_tag("best_run_id", study.best_trial.user_attrs["run_id"])
    return {"parent": record_of(run.info.run_id), "children": children_of(run.info.run_id)}


my_space = {
    "max_leaf_nodes": [3, 6, 12],
    "learning_rate": [0.1, 0.3, 0.6],
    "max_iter": [5, 10, 20],
}
my_search = search(my_space, 4, variant, train, valid)
