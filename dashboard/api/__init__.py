"""The API below `/api/v1`: what the screens show, for programs, out of the same questions and the same scope.

One `Endpoint` says what an address takes and gives; the routes, the OpenAPI document and `/api` are made of it.
"""
