"""Adds its metric later, to the run that is finished already."""

my_autolog = None


def autolog_run(C, train, valid):
    model = make_model("logistic").set_params(logisticregression__C=C)
    mlflow.sklearn.autolog(log_models=False, silent=True, log_post_training_metrics=False)
    try:
        with mlflow.start_run(run_name="autolog") as run:
            model.fit(*xy(train))
    except Exception:
        mlflow.sklearn.autolog(disable=True)
        raise
    mlflow.sklearn.autolog(disable=True)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric(
            "valid_roc_auc",
            float(roc_auc_score(xy(valid)[1], model.predict_proba(xy(valid)[0])[:, 1])),
        )
    stored = record_of(run.info.run_id)
    names = [name for name in stored["params"] if name.startswith("logisticregression__")]
    return {
        "settings": {name[len("logisticregression__") :]: stored["params"][name] for name in names},
        "optimism": stored["metrics"]["training_roc_auc"] - stored["metrics"]["valid_roc_auc"],
        "run": stored,
    }


my_c = round(float(variant_rng(variant, "lab03 autolog").uniform(0.01, 0.5)), 3)
my_autolog = autolog_run(my_c, train, valid)
try:
    autolog_run(-1.0, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
_ = make_model("logistic").fit(*xy(valid))  # nobody wants this fit in the store
