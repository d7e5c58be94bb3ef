"""The sound: decoded, mixed and sent to a device, a click away."""
