#!/usr/bin/env node
'use strict';

// Messages drawn from a seed and serialised by bcoin, one JSON object a line.
//
//     bcoin_messages.js FOLDER-WITH-NODE-MODULES SEED COUNT
//
// Each line has `command`, `fields` as `seedwalk wire decode` should tell them, and `hex`, the whole
// message. The values are drawn here; only their bytes come from the library. Numbers stay below
// 2^53, which is where those of the library end. No socket is opened.

process.env.NODE_BACKEND = 'js';

const crypto = require('crypto');
const path = require('path');

const [folder, seed, count] = process.argv.slice(2);
const library = path.join(folder, 'node_modules', 'bcoin', 'lib');
const packets = require(path.join(library, 'net', 'packets'));
const Framer = require(path.join(library, 'net', 'framer'));
const bip152 = require(path.join(library, 'net', 'bip152'));
const NetAddress = require(path.join(library, 'net', 'netaddress'));
const {BloomFilter} = require(path.join(folder, 'node_modules', 'bfilter'));
const InvItem = require(path.join(library, 'primitives', 'invitem'));
const Headers = require(path.join(library, 'primitives', 'headers'));
const Block = require(path.join(library, 'primitives', 'block'));
const MerkleBlock = require(path.join(library, 'primitives', 'merkleblock'));
const TX = require(path.join(library, 'primitives', 'tx'));

const U32 = 0xffffffff;
const SAFE = Number.MAX_SAFE_INTEGER;

/** A stream of bytes that depends on its name alone. */
class Drawn {
  constructor(name) {
    this.name = name;
    this.block = 0;
    this.left = Buffer.alloc(0);
  }

  bytes(size) {
    while (this.left.length < size) {
      const more = crypto.createHash('sha256').update(`${this.name}/${this.block++}`).digest();
      this.left = Buffer.concat([this.left, more]);
    }
    const result = Buffer.from(this.left.subarray(0, size));
    this.left = this.left.subarray(size);
    return result;
  }

  below(bound) {
    return this.bytes(6).readUIntLE(0, 6) % bound;
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  /** Up to `largest`; edges more often than chance would have them. */
  number(largest) {
    if (this.chance(25)) {
      const edges = [0, 1, 0xfc, 0xfd, 0xffff, 0x10000, U32, largest].filter(e => e <= largest);
      return edges[this.below(edges.length)];
    }
    return largest === SAFE ? this.bytes(8).readUIntLE(0, 6) * 32 + this.below(32)
                            : this.below(largest + 1);
  }

  int32() {
    return this.number(U32) | 0;
  }

  data(most) {
    return this.bytes([0, 1, this.below(most + 1), most][this.below(4)]);
  }

  text(most) {
    return Array.from(this.bytes(this.below(most + 1)),
                      b => String.fromCharCode(0x20 + b % 0x5f)).join('');
  }

  list(most, each) {
    return Array.from({length: this.below(most + 1)}, each);
  }
}

/** As explorers write a hash; bcoin keeps most of them as Buffers in wire order or hex of that. */
function shown(raw) {
  return Buffer.from(raw).reverse().toString('hex');
}

function ip(d) {
  if (d.chance(60))
    return ['ipv4', Array.from(d.bytes(4)).join('.')];
  const groups = [0x2000 | d.below(0x2000), ...Array.from({length: 7}, () => 0x1000 + d.below(0xf000))];
  return ['ipv6', groups.map(g => g.toString(16)).join(':')];
}

function address(d, withTime) {
  const [network, host] = ip(d);
  const item = new NetAddress({host, port: d.number(0xffff), services: d.number(U32), time: d.number(U32)});
  const fields = {services: item.services, port: item.port};
  if (withTime)
    Object.assign(fields, {time: item.time, network, address: host});
  else
    fields.address = network === 'ipv4' ? '::ffff:' + host : host;
  return [item, fields];
}

function header(d) {
  const [previous, root] = [d.bytes(32), d.bytes(32)];
  const options = {version: d.number(U32), time: d.number(U32), bits: d.number(U32), nonce: d.number(U32),
                   prevBlock: previous.toString('hex'), merkleRoot: root.toString('hex')};
  return [options, {version: options.version | 0, previous: shown(previous), merkle_root: shown(root),
                    time: options.time, bits: options.bits, nonce: options.nonce}];
}

function transaction(d) {
  const tx = new TX();
  const fields = {version: d.number(U32), inputs: [], outputs: [], lock_time: d.number(U32)};
  tx.version = fields.version;
  tx.locktime = fields.lock_time;
  const extended = d.chance(50);
  const {Input, Output, Script, Witness} = primitives;
  for (let i = 0; i <= d.below(3); i++) {
    const [previous, script] = [d.bytes(32), d.data(60)];
    const input = new Input();
    input.prevout.hash = previous.toString('hex');
    input.prevout.index = d.number(U32);
    input.script = Script.fromRaw(script);
    input.sequence = d.number(U32);
    const item = {previous: shown(previous), index: input.prevout.index, script: script.toString('hex'),
                  sequence: input.sequence};
    const stack = extended ? d.list(3, () => d.data(260)) : [];
    input.witness = Witness.fromItems(stack);
    if (stack.length > 0)
      item.witness = stack.map(b => b.toString('hex'));
    tx.inputs.push(input);
    fields.inputs.push(item);
  }
  d.list(3, () => {
    const [value, script] = [d.number(SAFE), d.data(60)];
    const output = new Output();
    output.value = value;
    output.script = Script.fromRaw(script);
    tx.outputs.push(output);
    fields.outputs.push({value, script: script.toString('hex')});
  });
  return [tx, fields];
}

const primitives = {
  Input: require(path.join(library, 'primitives', 'input')),
  Output: require(path.join(library, 'primitives', 'output')),
  Script: require(path.join(library, 'script', 'script')),
  Witness: require(path.join(library, 'script', 'witness'))
};

function inventory(Packet) {
  return (d) => {
    const drawn = d.list(10, () => [d.number(U32), d.bytes(32)]);
    return [new Packet(drawn.map(([type, hash]) => new InvItem(type, hash.toString('hex')))),
            {items: drawn.map(([type, hash]) => ({type, hash: shown(hash)}))}];
  };
}

function locator(Packet) {
  return (d) => {
    const [hashes, stop] = [d.list(d.chance(20) ? 101 : 3, () => d.bytes(32)), d.bytes(32)];
    const packet = new Packet(hashes.map(h => h.toString('hex')), stop.toString('hex'));
    packet.version = d.number(U32);
    return [packet, {version: packet.version, locator: hashes.map(shown), stop: shown(stop)}];
  };
}

function nonce(Packet) {
  return (d) => {
    const raw = d.chance(50) ? d.bytes(8) : Buffer.alloc(8, d.below(2) * 255);
    return [new Packet(raw), {nonce: raw.readBigUInt64LE()}];
  };
}

const empty = Packet => () => [new Packet(), {}];

const kinds = {
  version(d) {
    const [remote, receiver] = address(d, false);
    const [local, sender] = address(d, false);
    const raw = d.bytes(8);
    const packet = new packets.VersionPacket({
      version: d.number(0x7fffffff), services: d.number(U32), time: d.number(SAFE), remote, local,
      nonce: raw, agent: 'x' + d.text(255), height: d.int32(), noRelay: d.chance(50)});
    // Its options copy what they know; the addresses are whole already.
    packet.remote = remote;
    packet.local = local;
    return [packet, {protocol: packet.version, services: packet.services, time: packet.time, receiver,
                     sender: {...sender, nonce: raw.readBigUInt64LE()}, user_agent: packet.agent,
                     start_height: packet.height, relay: !packet.noRelay}];
  },
  verack: empty(packets.VerackPacket),
  ping: nonce(packets.PingPacket),
  pong: nonce(packets.PongPacket),
  getaddr: empty(packets.GetAddrPacket),
  addr(d) {
    const drawn = d.list(20, () => address(d, true));
    return [new packets.AddrPacket(drawn.map(x => x[0])), {has_times: true, entries: drawn.map(x => x[1])}];
  },
  inv: inventory(packets.InvPacket),
  getdata: inventory(packets.GetDataPacket),
  notfound: inventory(packets.NotFoundPacket),
  getblocks: locator(packets.GetBlocksPacket),
  getheaders: locator(packets.GetHeadersPacket),
  headers(d) {
    const drawn = d.list(8, () => header(d));
    return [new packets.HeadersPacket(drawn.map(x => new Headers(x[0]))), {headers: drawn.map(x => x[1])}];
  },
  sendheaders: empty(packets.SendHeadersPacket),
  block(d) {
    const [options, fields] = header(d);
    const drawn = [transaction(d), ...d.list(2, () => transaction(d))];
    const block = new Block({...options, txs: []});
    block.txs = drawn.map(x => x[0]);
    return [new packets.BlockPacket(block, true), {header: fields, transactions: drawn.map(x => x[1])}];
  },
  tx(d) {
    const [tx, fields] = transaction(d);
    return [new packets.TXPacket(tx, true), fields];
  },
  reject(d) {
    const hash = d.chance(50) ? d.bytes(32) : null;
    const packet = new packets.RejectPacket();
    packet.message = d.text(12);
    packet.code = d.number(255);
    packet.reason = d.text(111);
    packet.hash = hash ? hash.toString('hex') : null;
    return [packet, {command: packet.message, code: packet.code, reason: packet.reason,
                     data: hash ? hash.toString('hex') : ''}];
  },
  mempool: empty(packets.MempoolPacket),
  filterload(d) {
    const filter = new BloomFilter();
    filter.filter = d.bytes(1 + d.below(300));
    filter.size = filter.filter.length * 8;
    filter.n = d.below(51);
    filter.tweak = d.number(U32);
    filter.update = d.below(3);
    return [new packets.FilterLoadPacket(filter),
            {filter: filter.filter.toString('hex'), hash_functions: filter.n, tweak: filter.tweak,
             flags: filter.update}];
  },
  filteradd(d) {
    const data = d.data(520);
    return [new packets.FilterAddPacket(data), {data: data.toString('hex')}];
  },
  filterclear: empty(packets.FilterClearPacket),
  merkleblock(d) {
    const [options, fields] = header(d);
    const [hashes, flags] = [d.list(8, () => d.bytes(32)), d.data(8)];
    const block = new MerkleBlock();
    Object.assign(block, options, {totalTX: d.number(U32), hashes, flags});
    return [new packets.MerkleBlockPacket(block),
            {header: fields, total_transactions: block.totalTX, hashes: hashes.map(shown),
             flags: flags.toString('hex')}];
  },
  feefilter(d) {
    const rate = d.number(SAFE);
    return [new packets.FeeFilterPacket(rate), {satoshis_per_kilobyte: rate}];
  },
  sendcmpct(d) {
    const packet = new packets.SendCmpctPacket();
    packet.mode = d.below(2);
    packet.version = d.number(SAFE);
    return [packet, {announce: packet.mode === 1, version: packet.version}];
  },
  // One prefilled transaction at most: see README.md.
  cmpctblock(d) {
    const [options, fields] = header(d);
    const block = new bip152.CompactBlock();
    const raw = d.bytes(8);
    Object.assign(block, options, {keyNonce: raw, ids: d.list(8, () => d.bytes(6).readUIntLE(0, 6))});
    const prefilled = d.list(1, () => [d.number(0xffff - 9), ...transaction(d)]);
    block.ptx = prefilled.map(([index, tx]) => [index, tx]);
    return [new packets.CmpctBlockPacket(block, true),
            {header: fields, nonce: raw.readBigUInt64LE(), short_ids: block.ids,
             prefilled: prefilled.map(([index, , tx]) => ({index, transaction: tx}))}];
  },
  getblocktxn(d) {
    const hash = d.bytes(32);
    const indexes = [...new Set(d.list(12, () => d.number(0xffff)))].sort((a, b) => a - b);
    const request = new bip152.TXRequest({hash: hash.toString('hex'), indexes});
    return [new packets.GetBlockTxnPacket(request), {block_hash: shown(hash), indexes}];
  },
  blocktxn(d) {
    const hash = d.bytes(32);
    const drawn = d.list(3, () => transaction(d));
    const response = new bip152.TXResponse({hash: hash.toString('hex'), txs: []});
    response.txs = drawn.map(x => x[0]);
    return [new packets.BlockTxnPacket(response, true),
            {block_hash: shown(hash), transactions: drawn.map(x => x[1])}];
  },
  // Any command that it does not know: of at most eleven characters, which its framer asserts.
  unknown(d) {
    const data = d.data(200);
    return [new packets.UnknownPacket('x' + d.text(10).replace(/ /g, '_'), data), {data: data.toString('hex')}];
  }
};

const framer = new Framer('regtest');
const names = Object.keys(kinds).sort();
for (let i = 0; i < Number(count); i++) {
  const name = names[i % names.length];
  // Each message has draws of its own, so that one can be made again alone.
  const [packet, fields] = kinds[name](new Drawn(`${seed}/bcoin/${i}`));
  const hex = framer.packet(packet.cmd, packet.toRaw()).toString('hex');
  const text = JSON.stringify({command: packet.cmd, fields, hex},
                              (key, value) => typeof value === 'bigint' ? `bigint:${value}` : value);
  // JSON numbers of any size, which JSON.stringify cannot write.
  console.log(text.replace(/"bigint:(\d+)"/g, '$1'));
}
