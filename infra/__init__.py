"""The outside world: local services for the demo and the tests, mail, files, and the files a deployment is made from."""
