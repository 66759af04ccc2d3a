"""Goes by the dates in the notes, written down name by name."""

my_columns = ["Partner", "tenure", "InternetService", "TechSupport", "Contract"]
my_columns += ["PaperlessBilling", "PaymentMethod", "MonthlyCharges", "TotalCharges"]
my_columns += ["region", "agent", "survey", "calls", "region_index"]
