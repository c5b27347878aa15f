package notify

import "testing"

// TestPublic: a name may lead to public addresses, and to none that stands for a private one in another form.
func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true, "[::ffff:93.184.216.34]:443": true,
		"127.0.0.1:80": false, "10.1.2.3:80": false, "169.254.169.254:80": false, "100.64.0.1:80": false,
		"0.0.0.0:80": false, "192.168.1.1:80": false, "172.31.0.1:80": false, "224.0.0.1:80": false,
		"255.255.255.255:80": false, "[::1]:80": false, "[::]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false,
		"[::ffff:10.0.0.1]:80": false, "[::ffff:127.0.0.1]:80": false,
		"[::127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[64:ff9b:1::a00:1]:80": false,
		"[2002:7f00:1::1]:80": false, "[2001:0:1::1]:80": false, "[fec0::1]:80": false, "[100::1]:80": false,
	} {
		if err := public("tcp", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
