package oauth

// noFollow is nothing here: only who may write to the folder can lay a link in it, and then only with a privilege.
const noFollow = 0

// modes says that the mode of a file does not tell who may read it: that is for the folder's access list to say.
const modes = false

// syncDir does nothing: Windows has no call for it, and its file system keeps a journal of names.
func syncDir(string) error { return nil }
