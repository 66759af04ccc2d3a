"""The telco's own code: data, features, model, and what keeps them honest in production."""
