"""Finds nothing in any batch."""


def findings(batch):
    return []


my_result = definition.run(
    batch_parameters={"dataframe": worst}, result_format="BASIC"
).to_json_dict()
