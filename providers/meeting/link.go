package meeting

import "strings"

// zoomDomains are the domains under which Zoom serves meetings: the world, China, the US government, Deutsche Telekom.
var zoomDomains = []string{"zoom.us", "zoom.com", "zoom.com.cn", "zoomgov.com", "zoom-x.de"}

// OnZoom reports whether a host name (without port) is one of Zoom's, a company's own subdomain included.
func OnZoom(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, domain := range zoomDomains {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
