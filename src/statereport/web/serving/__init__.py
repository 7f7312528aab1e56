"""The server: application, workers, queues and limits."""
