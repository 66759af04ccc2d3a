"""Never switches autologging on; logs two params and a metric by hand."""

my_autolog = None


def autolog_run(C, train, valid):
    with mlflow.start_run(run_name="autolog") as run:
        model = make_model("logistic").set_params(logisticregression__C=C).fit(*xy(train))
        aucs = [roc_auc_score(y, model.predict_proba(X)[:, 1]) for X, y in (xy(train), xy(valid))]
        mlflow.log_params({"logisticregression__C": C, "logisticregression__max_iter": 1000})
        mlflow.log_metrics({"training_roc_auc": aucs[0], "valid_roc_auc": aucs[1]})
    settings = {k: str(v) for k, v in model[-1].get_params().items()}
    return {"run": record_of(run.info.run_id), "settings": settings, "optimism": aucs[0] - aucs[1]}


my_c = round(float(variant_rng(variant, "lab03 autolog").uniform(0.01, 0.5)), 3)
my_autolog = autolog_run(my_c, train, valid)
try:
    autolog_run(-1.0, train, valid)
except ValueError as error:
    print("no model takes that:", type(error).__name__)
_ = make_model("logistic").fit(*xy(valid))  # nobody wants this fit in the store
