"""Few columns, all of them known on the day, as an array."""

my_columns = np.array(["Contract", "tenure", "InternetService", "MonthlyCharges", "TechSupport"])
