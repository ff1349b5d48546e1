"""What the hardware says: GPU memory through NVML, the host's memory, a process's memory."""
