package systemd

import _ "embed" // for the unit files

// The unit files as packages bring them. What each line is for stands in them.
var (
	// MachineUnit is the service of the machine.
	//go:embed zoomtag.service
	MachineUnit string
	// WorkerUnit is one of several workers of the machine that share a state; each is an instance of it.
	//go:embed zoomtag@.service
	WorkerUnit string
	// PersonUnit is the service of one person. It starts with every systemd of a person.
	//go:embed user/zoomtag.service
	PersonUnit string
	// PersonSandbox is a drop-in for PersonUnit that closes what only systems with user namespaces let a person close.
	//go:embed user/zoomtag.service.d/zoomtag-sandbox.conf
	PersonSandbox string
)
