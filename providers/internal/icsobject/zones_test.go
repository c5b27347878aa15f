package icsobject

import _ "zoomtag/providers/ical/zonetest" // pins the zone database
