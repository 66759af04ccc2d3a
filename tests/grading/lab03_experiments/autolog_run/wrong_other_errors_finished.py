"""Ends the run as finished for an error that is no ValueError."""

my_autolog = None


def autolog_run(C, train, valid):
    mlflow.sklearn.autolog(log_models=False, silent=True)
    try:
        run = mlflow.start_run(run_name="autolog")
        try:
            model = make_model("logistic").set_params(logisticregression__C=C).fit(*xy(train))
            X, y = xy(valid)
            quality = roc_auc_score(y, model.predict_proba(X)[:, 1])
            mlflow.log_metric("valid_roc_auc", quality)
        except ValueError:
            mlflow.end_run("FAILED")
            raise
        finally:
            mlflow.end_run()
    finally:
        mlflow.sklearn.autolog(disable=True)
    record = record_of(run.info.run_id)
    prefix = "logisticregression__"
    return {
        "run": record,
        "settings": {
            name.removeprefix(prefix): value
            for name, value in record["params"].items()
            if name.startswith(prefix)
        },
        "optimism": record["metrics"]["training_roc_auc"] - record["metrics"]["valid_roc_auc"],
    }


my_c = round(float(variant_rng(variant, "lab03 autolog").uniform(0.01, 0.5)), 3)
my_autolog = autolog_run(my_c, train, valid)
try:
    autolog_run(-1.0, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
_ = make_model("logistic").fit(*xy(valid))  # nobody wants this fit in the store
