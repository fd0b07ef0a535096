"""Programs of ours that go into a container beside the judged one: data, not code of the service."""
