"""The view: panels that play a whole run in the browser, and the dashboard made of them."""
