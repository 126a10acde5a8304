"""The three countries: ISO 3166-1 alpha-3 codes and names as the sources write them."""

COUNTRIES = {"BFA": "Burkina Faso", "MLI": "Mali", "NER": "Niger"}
