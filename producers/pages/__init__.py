"""The citizen's page: submitting a petition, and the way to one that was submitted. Entry: `routes.page_routes_of`."""
