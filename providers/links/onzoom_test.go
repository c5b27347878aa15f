package links

import "testing"

func TestOnZoom(t *testing.T) {
	for host, want := range map[string]bool{
		"zoom.us": true, "us02web.zoom.us": true, "Example.ZOOM.us": true, "zoom.us.": true, "example.zoom.com": true,
		"zoom.com.cn":     true,
		"www.zoomgov.com": true, "zoom-x.de": true,
		"evilzoom.us": false, "zoom.us.example.com": false, "zoom.com.example": false, "": false, "us": false,
		".zoom.us.evil": false,
	} {
		if got := OnZoom(host); got != want {
			t.Errorf("OnZoom(%q) = %t", host, got)
		}
	}
}
