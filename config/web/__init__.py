"""What stands between the web server's sockets and Django's threads."""
