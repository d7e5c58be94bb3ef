"""The sound itself: files, clips, collections and the demo."""
