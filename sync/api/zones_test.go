package api

import _ "zoomtag/providers/ical/zonetest" // the zones are the same on each machine
