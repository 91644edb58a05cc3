"""Read by Orca as it starts: its speech goes to a file, its braille nowhere, and it reads a page as that opens."""

from orca import settings

settings.speechServerFactory = "speech_to_file"
settings.speechServerInfo = None
settings.enableSpeech = True
settings.sayAllOnLoad = True
settings.enableKeyEcho = False
settings.enableBraille = False
settings.enableBrailleMonitor = False
