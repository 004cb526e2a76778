#!/usr/bin/python3
"""Messages drawn from a seed and serialised by python-bitcoinlib, one JSON object a line.

    bitcoinlib_messages.py SEED COUNT

Each line has `command`, `fields` as `seedwalk wire decode` should tell them, and `hex`, the whole
message. The values are drawn here; only their bytes come from the library.
"""

import json
import random
import sys

import bitcoin
from bitcoin import messages
from bitcoin.core import (CBlock, CBlockHeader, CMutableOutPoint, CMutableTransaction, CMutableTxIn,
                          CMutableTxOut, CScript, CTxInWitness, CTxWitness)
from bitcoin.core.script import CScriptWitness
from bitcoin.net import CAddress, CInv

U32 = 0xFFFFFFFF
U64 = 0xFFFFFFFFFFFFFFFF


class drawn:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, largest):
        """Edges more often than chance would have them."""
        if self.random.random() < 0.25:
            edges = [0, 1, 0xFC, 0xFD, 0xFFFF, 0x10000, U32, U64]
            return self.random.choice([e for e in edges if e <= largest] + [largest])
        return self.random.randint(0, largest)

    def signed(self, bits):
        return self.number((1 << bits) - 1) - (1 << (bits - 1))

    def data(self, most):
        size = self.random.choice([0, 1, self.random.randint(0, most), most])
        return bytes(self.random.getrandbits(8) for _ in range(size))

    def hash(self):
        return bytes(self.random.getrandbits(8) for _ in range(32))

    def text(self, most):
        return "".join(chr(self.random.randint(0x20, 0x7E)) for _ in range(self.random.randint(0, most)))

    def some(self, most):
        return range(self.random.randint(0, most))

    def ip(self):
        """An address, its network, and how it is written (RFC 5952)."""
        if self.random.random() < 0.6:
            return "ipv4", ".".join(str(self.random.randint(0, 255)) for _ in range(4))
        groups = [0x2000 | self.random.randint(0, 0x1FFF)]
        groups += [self.random.randint(0x1000, 0xFFFF) for _ in range(7)]
        return "ipv6", ":".join(f"{g:x}" for g in groups)


def shown(raw_hash):
    return raw_hash[::-1].hex()


def draw_address(d, with_time):
    network, ip = d.ip()
    address = CAddress()
    address.nServices = d.number(U64)
    address.ip = ip
    address.port = d.number(0xFFFF)
    fields = {"services": address.nServices, "port": address.port}
    if with_time:
        address.nTime = d.number(U32)
        fields |= {"time": address.nTime, "network": network, "address": ip}
    else:
        fields["address"] = "::ffff:" + ip if network == "ipv4" else ip
    return address, fields


def version(d):
    m = messages.msg_version()
    m.nVersion = d.random.randint(70001, 2**31 - 1)
    m.nServices, m.nTime, m.nNonce = d.number(U64), d.signed(64), d.number(U64)
    m.addrTo, receiver = draw_address(d, False)
    m.addrFrom, sender = draw_address(d, False)
    agent = d.text(256)
    m.strSubVer = agent.encode()
    m.nStartingHeight = d.signed(32)
    m.fRelay = d.random.random() < 0.5
    return m, {"protocol": m.nVersion, "services": m.nServices, "time": m.nTime,
               "receiver": receiver, "sender": sender | {"nonce": m.nNonce}, "user_agent": agent,
               "start_height": m.nStartingHeight, "relay": m.fRelay}


def addr(d):
    m = messages.msg_addr()
    entries = []
    for _ in d.some(20):
        address, fields = draw_address(d, True)
        m.addrs.append(address)
        entries.append(fields)
    return m, {"has_times": True, "entries": entries}


def inventory(kind):
    def draw(d):
        m = kind()
        items = []
        for _ in d.some(10):
            item = CInv()
            item.type, item.hash = d.number(0x7FFFFFFF), d.hash()
            m.inv.append(item)
            items.append({"type": item.type, "hash": shown(item.hash)})
        return m, {"items": items}
    return draw


def locator(kind):
    def draw(d):
        m = kind()
        m.locator.nVersion = d.number(0x7FFFFFFF)
        m.locator.vHave = [d.hash() for _ in d.some(d.random.choice([3, 101]))]
        m.hashstop = d.hash()
        return m, {"version": m.locator.nVersion, "locator": [shown(h) for h in m.locator.vHave],
                   "stop": shown(m.hashstop)}
    return draw


def draw_header(d):
    values = dict(nVersion=d.signed(32), hashPrevBlock=d.hash(), hashMerkleRoot=d.hash(),
                  nTime=d.number(U32), nBits=d.number(U32), nNonce=d.number(U32))
    fields = {"version": values["nVersion"], "previous": shown(values["hashPrevBlock"]),
              "merkle_root": shown(values["hashMerkleRoot"]), "time": values["nTime"],
              "bits": values["nBits"], "nonce": values["nNonce"]}
    return values, fields


def draw_transaction(d):
    inputs, outputs, stacks = [], [], []
    fields = {"version": d.number(0x7FFFFFFF), "inputs": [], "outputs": [], "lock_time": d.number(U32)}
    extended = d.random.random() < 0.5
    for _ in range(d.random.randint(1, 3)):
        previous, index, script, sequence = d.hash(), d.number(U32), d.data(60), d.number(U32)
        stack = [d.data(260) for _ in d.some(3)] if extended else []
        inputs.append(CMutableTxIn(CMutableOutPoint(previous, index), CScript(script), sequence))
        stacks.append(CTxInWitness(CScriptWitness(stack)))
        shown_input = {"previous": shown(previous), "index": index, "script": script.hex(), "sequence": sequence}
        if stack:
            shown_input["witness"] = [item.hex() for item in stack]
        fields["inputs"].append(shown_input)
    for _ in d.some(3):
        value, script = d.signed(64), d.data(60)
        outputs.append(CMutableTxOut(value, CScript(script)))
        fields["outputs"].append({"value": value, "script": script.hex()})
    tx = CMutableTransaction(inputs, outputs, fields["lock_time"], fields["version"],
                             CTxWitness(stacks) if extended else CTxWitness())
    return tx, fields


def headers(d):
    """The library leaves out the transaction count after each header; see README.md."""
    m = messages.msg_headers()
    m.headers = []
    return m, {"headers": []}


def block(d):
    values, header = draw_header(d)
    drawn_transactions = [draw_transaction(d) for _ in range(d.random.randint(1, 3))]
    m = messages.msg_block()
    # The constructor takes no Merkle root but the right one.
    root = values.pop("hashMerkleRoot")
    m.block = CBlock(vtx=[tx for tx, _ in drawn_transactions], **values)
    object.__setattr__(m.block, "hashMerkleRoot", root)
    return m, {"header": header, "transactions": [fields for _, fields in drawn_transactions]}


def tx(d):
    m = messages.msg_tx()
    m.tx, fields = draw_transaction(d)
    return m, fields


def nonce(kind):
    def draw(d):
        value = d.number(U64)
        return kind(nonce=value), {"nonce": value}
    return draw


def reject(d):
    m = messages.msg_reject()
    command, reason, code = d.text(12), d.text(111), d.number(255)
    m.message, m.reason, m.ccode = command.encode(), reason.encode(), bytes([code])
    return m, {"command": command, "code": code, "reason": reason, "data": ""}


def alert(d):
    m = messages.msg_alert()
    m.alert.vchMsg, m.alert.vchSig = d.data(300), d.data(80)
    return m, {"payload": m.alert.vchMsg.hex(), "signature": m.alert.vchSig.hex()}


def empty(kind):
    return lambda d: (kind(), {})


KINDS = {
    "version": version, "verack": empty(messages.msg_verack), "addr": addr, "alert": alert,
    "inv": inventory(messages.msg_inv), "getdata": inventory(messages.msg_getdata),
    "notfound": inventory(messages.msg_notfound), "getblocks": locator(messages.msg_getblocks),
    "getheaders": locator(messages.msg_getheaders), "headers": headers, "tx": tx, "block": block,
    "getaddr": empty(messages.msg_getaddr), "ping": nonce(messages.msg_ping),
    "pong": nonce(messages.msg_pong), "reject": reject, "mempool": empty(messages.msg_mempool),
}


def main():
    seed, count = sys.argv[1], int(sys.argv[2])
    bitcoin.SelectParams("regtest")
    names = sorted(KINDS)
    for i in range(count):
        command = names[i % len(names)]
        # Each message has draws of its own, so that one can be made again alone.
        message, fields = KINDS[command](drawn(f"{seed}/bitcoinlib/{i}"))
        print(json.dumps({"command": command, "fields": fields, "hex": message.to_bytes().hex()}))


if __name__ == "__main__":
    main()
