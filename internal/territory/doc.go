// Package territory turns "hosted on our own ground" from a sentence into a
// checked fact: a file says which networks, regions and certificates belong to
// the authority, and every connection to a backend is held against it when it
// is dialled, name resolution included.
//
// Trust: the file is the operator's word, and its hash is in the public log,
// so that it cannot be changed in silence. An address says where a packet goes,
// not where a disk stands: who owns the network can still lead it elsewhere.
package territory
