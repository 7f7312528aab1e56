"""From a document to the first draft of a report: its text, its passages, candidates, work-sheet and progress."""
