"""What a hub relies on, asked of the emulator and of the live service: `python -m simulator.telephony.contract`."""
