package api

import "zoomtag/store"

// BackupReport says where a copy of the state is, and which sign-ins go with it: files of this machine.
type BackupReport struct {
	Copy    string   `json:"copy"`
	SignIns []string `json:"sign_ins"`
	// Opened is a folder of sign-ins that were taken out of a shared state for the one who asks, to be removed; "":
	// there is none.
	Opened string `json:"opened,omitempty"`
}

// VerifyReport is the document of `verify --json`.
type VerifyReport struct {
	File string `json:"file"`
	store.Summary
	SignIns int `json:"sign_ins"`
}
