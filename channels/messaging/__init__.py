"""SMS, MMS and WhatsApp through Twilio.

Source: `<kind>:<account>:<number of ours>`, or the SID of the messaging service that it belongs to. Natural key:
Twilio's MessageSid. Addresses: the customer's number; of WhatsApp also as a telephone number, because it is one. A text
continues the conversation that its number has with ours.
"""

from channels.messaging.channel import Gateway, Sms, WhatsApp
from channels.messaging.settings import MessagingService, MessagingSettings, Sender, Template

__all__ = ["Gateway", "MessagingService", "MessagingSettings", "Sender", "Sms", "Template", "WhatsApp"]
