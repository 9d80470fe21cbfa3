// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsistencyProof} from "./ConsistencyProof.sol";
import {Recalls} from "./Recalls.sol";
import {Roles} from "./Roles.sol";

/// @title The checkpoint contract; what it promises is written at `IColdmarkLog`.
contract ColdmarkLog is Recalls {
    /// @dev Exactly two storage slots: the root, and everything else.
    struct Head {
        bytes32 root;
        address publisher;
        uint48 size;
        uint40 anchoredAt;
        uint8 flags;
    }

    struct Proposal {
        address proposed;
        uint40 readyAt;
        bool byAdmin;
    }

    struct Retirement {
        bytes32 successorId;
        uint32 day;
        uint40 readyAt;
    }

    uint8 private constant FROZEN = 1;
    uint8 private constant RETIRED = 2;
    uint48 private constant MOST_ENTRIES = 2 ** 24;
    uint32 private constant MOST_DAYS = 400;
    /// @dev Shorter than a freeze, so that a rotation or a retirement can be finished while the log is frozen.
    uint40 private constant DELAY = 2 days;
    uint40 private constant FREEZE = 7 days;
    uint40 private constant FREEZE_AGAIN = 30 days;

    mapping(bytes32 logId => mapping(uint32 day => bytes32)) public sealedDigest;
    mapping(bytes32 logId => Proposal) public publisherProposal;
    mapping(bytes32 logId => Head) private _heads;
    mapping(bytes32 logId => uint40) private _frozenAt;
    mapping(bytes32 logId => Retirement) private _retirements;

    constructor(address admin_, address registrar_) Roles(admin_, registrar_) {}

    // ---------------------------------------------------------------- the log

    function register(string calldata origin, address publisher) external {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        if (bytes(origin).length == 0) revert EmptyOrigin();
        if (publisher == address(0)) revert ZeroAddress();
        bytes32 logId = keccak256(bytes(origin));
        if (_heads[logId].publisher != address(0)) revert AlreadyRegistered(logId);
        _heads[logId].publisher = publisher;
        emit Registered(logId, publisher, origin);
    }

    function extend(bytes32 logId, uint48 newSize, bytes32 newRoot, bytes32[] calldata proof) external {
        Head memory old = _heads[logId];
        if (msg.sender != old.publisher) revert NotPublisher(logId, msg.sender);
        if (old.flags != 0) _checkOpen(logId, old.flags);
        if (newSize <= old.size) revert HeadMoved(logId, old.size, old.root);
        if (newSize - old.size > MOST_ENTRIES) revert TooManyEntries(logId, newSize - old.size, MOST_ENTRIES);
        bool consistent = old.size == 0
            ? proof.length == 0
            : ConsistencyProof.verify(old.size, newSize, old.root, newRoot, proof);
        if (!consistent) revert Inconsistent(logId, old.size, newSize);
        if (_dayOf(old.anchoredAt) != _dayOf(block.timestamp)) _seal(logId, old);
        _heads[logId] = Head(newRoot, old.publisher, newSize, uint40(block.timestamp), 0);
        emit Anchored(logId, newSize, newRoot);
    }

    // ---------------------------------------------------------------- who publishes

    function proposePublisher(bytes32 logId, address proposed) external {
        address publisher = _publisherOf(logId);
        bool byAdmin = msg.sender == admin;
        if (!byAdmin && msg.sender != publisher) revert NotPublisherOrAdmin(logId, msg.sender);
        if (proposed == address(0)) revert ZeroAddress();
        if (!byAdmin && publisherProposal[logId].proposed != address(0)) revert AlreadyProposed(logId);
        uint40 readyAt = uint40(block.timestamp) + DELAY;
        publisherProposal[logId] = Proposal(proposed, readyAt, byAdmin);
        emit PublisherProposed(logId, proposed, msg.sender, readyAt);
    }

    function cancelPublisher(bytes32 logId) external onlyAdmin {
        address proposed = publisherProposal[logId].proposed;
        if (proposed == address(0)) revert NothingProposed(logId);
        delete publisherProposal[logId];
        emit PublisherProposalCancelled(logId, proposed);
    }

    function acceptPublisher(bytes32 logId) external {
        Proposal memory proposal = publisherProposal[logId];
        if (proposal.proposed == address(0)) revert NothingProposed(logId);
        if (msg.sender != proposal.proposed) revert NotProposedPublisher(logId, msg.sender);
        if (block.timestamp < proposal.readyAt) revert TooEarly(logId, proposal.readyAt);
        Head storage current = _heads[logId];
        emit PublisherRotated(logId, current.publisher, proposal.proposed, current.size);
        current.publisher = proposal.proposed;
        delete publisherProposal[logId];
    }

    // ---------------------------------------------------------------- stopping and going on

    function freeze(bytes32 logId) external onlyAdmin {
        _publisherOf(logId);
        uint40 last = _frozenAt[logId];
        if (last != 0 && block.timestamp < last + FREEZE_AGAIN) revert FreezeTooSoon(logId, last + FREEZE_AGAIN);
        _frozenAt[logId] = uint40(block.timestamp);
        _heads[logId].flags |= FROZEN;
        emit Frozen(logId, uint40(block.timestamp) + FREEZE);
    }

    function unfreeze(bytes32 logId) external onlyAdmin {
        if (_flagsNow(logId, _heads[logId].flags) & FROZEN == 0) revert NotFrozen(logId);
        _heads[logId].flags &= ~FROZEN;
        emit Unfrozen(logId);
    }

    function proposeRetirement(bytes32 logId, uint32 day, bytes32 successorId) external onlyAdmin {
        _publisherOf(logId);
        if (successorId != 0) _publisherOf(successorId);
        if (_heads[logId].flags & RETIRED != 0) revert LogRetired(logId);
        bool willBeSealed = day == _dayOf(_heads[logId].anchoredAt);
        if (day != 0 && !willBeSealed && sealedDigest[logId][day] == 0) revert DayNotSealed(logId, day);
        uint40 readyAt = uint40(block.timestamp) + DELAY;
        _retirements[logId] = Retirement(successorId, day, readyAt);
        emit RetirementProposed(logId, day, successorId, readyAt);
    }

    function cancelRetirement(bytes32 logId) external onlyAdmin {
        _pendingRetirement(logId);
        delete _retirements[logId];
        emit RetirementCancelled(logId);
    }

    function retire(bytes32 logId, uint32 day, bytes32 successorId) external onlyAdmin {
        Retirement memory pending = _pendingRetirement(logId);
        if (pending.day != day || pending.successorId != successorId) {
            revert OtherRetirementProposed(logId, pending.day, pending.successorId);
        }
        if (block.timestamp < pending.readyAt) revert TooEarly(logId, pending.readyAt);
        _seal(logId, _heads[logId]);
        _heads[logId].flags |= RETIRED;
        emit Retired(logId, day, successorId);
    }

    // ---------------------------------------------------------------- what anyone reads

    function head(bytes32 logId)
        external
        view
        returns (bytes32 root, uint48 size, address publisher, uint40 anchoredAt, uint8 flags)
    {
        Head memory current = _heads[logId];
        flags = _flagsNow(logId, current.flags);
        return (current.root, current.size, current.publisher, current.anchoredAt, flags);
    }

    function seals(bytes32 logId, uint32 fromDay, uint32 toDay) external view returns (bytes32[] memory digests) {
        if (toDay < fromDay || toDay - fromDay >= MOST_DAYS) revert BadDayRange(fromDay, toDay, MOST_DAYS);
        digests = new bytes32[](toDay - fromDay + 1);
        for (uint32 i = 0; i < digests.length; ++i) {
            digests[i] = sealedDigest[logId][fromDay + i];
        }
    }

    function retirement(bytes32 logId)
        external
        view
        returns (uint32 day, bytes32 successorId, uint40 readyAt, bool retired)
    {
        Retirement memory last = _retirements[logId];
        return (last.day, last.successorId, last.readyAt, _heads[logId].flags & RETIRED != 0);
    }

    // ---------------------------------------------------------------- within

    /// @dev Fixes the last head of its day. Written once: a day's head is replaced only on a later day, or never.
    function _seal(bytes32 logId, Head memory last) private {
        if (last.size == 0) return;
        sealedDigest[logId][_dayOf(last.anchoredAt)] = keccak256(abi.encode(last.size, last.root, last.anchoredAt));
    }

    function _dayOf(uint256 timestamp) private pure returns (uint32) {
        return uint32(timestamp / 1 days);
    }

    function _publisherOf(bytes32 logId) private view returns (address publisher) {
        publisher = _heads[logId].publisher;
        if (publisher == address(0)) revert UnknownLog(logId);
    }

    function _pendingRetirement(bytes32 logId) private view returns (Retirement memory pending) {
        if (_heads[logId].flags & RETIRED != 0) revert LogRetired(logId);
        pending = _retirements[logId];
        if (pending.readyAt == 0) revert NothingProposed(logId);
    }

    /// @dev The stored flags without a freeze that has lapsed.
    function _flagsNow(bytes32 logId, uint8 stored) private view returns (uint8) {
        bool lapsed = block.timestamp >= _frozenAt[logId] + FREEZE;
        return lapsed ? stored & ~FROZEN : stored;
    }

    function _checkOpen(bytes32 logId, uint8 stored) private view {
        if (stored & RETIRED != 0) revert LogRetired(logId);
        if (_flagsNow(logId, stored) != 0) revert LogFrozen(logId, _frozenAt[logId] + FREEZE);
    }
}
