"""The outside world: local services, mail, files, and the files a deployment is made from."""
