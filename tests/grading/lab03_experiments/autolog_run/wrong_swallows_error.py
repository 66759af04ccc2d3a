"""Catches the error of the fit."""

my_autolog = None


def autolog_run(C, train, valid):
    mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
    run = mlflow.start_run(run_name="autolog")
    status = "FAILED"
    try:
        model = make_model("logistic")
        model.set_params(logisticregression__C=C)
        model.fit(*xy(train))
        features, left = xy(valid)
        auc_valid = roc_auc_score(left, model.decision_function(features))
        mlflow.log_metrics({"valid_roc_auc": auc_valid})
        status = "FINISHED"
    except ValueError:
        return None
    finally:
        mlflow.autolog(disable=True)
        mlflow.sklearn.autolog(disable=True)
        mlflow.end_run(status)
    found = record_of(run.info.run_id)
    settings = {}
    for name, value in found["params"].items():
        step, _, rest = name.partition("__")
        if step == "logisticregression" and rest:
            settings[rest] = value
    optimism = found["metrics"]["training_roc_auc"] - auc_valid
    return {"run": found, "settings": settings, "optimism": optimism}


my_c = round(float(variant_rng(variant, "lab03 autolog").uniform(0.01, 0.5)), 3)
my_autolog = autolog_run(my_c, train, valid)
try:
    autolog_run(-1.0, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
_ = make_model("logistic").fit(*xy(valid))  # nobody wants this fit in the store
