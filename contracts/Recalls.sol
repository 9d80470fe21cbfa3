// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "./Roles.sol";

/// @title Recalls of lots, by those whom the admin lets recall a GTIN.
abstract contract Recalls is Roles {
    struct Revocation {
        uint40 since;
        uint40 until;
        uint16 reason;
    }

    mapping(bytes32 subject => Revocation) public revocation;
    mapping(bytes32 gtinHash => mapping(address => bool)) private _revokers;

    function setRevoker(string calldata gtin, address revoker, bool allowed) external onlyAdmin {
        _checkGtin(gtin);
        if (revoker == address(0)) revert ZeroAddress();
        bytes32 gtinHash = keccak256(bytes(gtin));
        _revokers[gtinHash][revoker] = allowed;
        emit RevokerSet(gtinHash, gtin, revoker, allowed);
    }

    function revoke(string calldata gtin, string calldata lot, uint16 reason) external {
        bytes32 subject = _revocableSubject(gtin, lot);
        Revocation memory last = revocation[subject];
        if (last.since != 0 && last.until == 0) revert AlreadyRevoked(subject, last.since);
        uint40 since = last.since == 0 ? uint40(block.timestamp) : last.since;
        revocation[subject] = Revocation(since, 0, reason);
        emit Revoked(subject, gtin, lot, reason);
    }

    function lift(string calldata gtin, string calldata lot) external {
        bytes32 subject = _revocableSubject(gtin, lot);
        Revocation storage last = revocation[subject];
        if (last.since == 0 || last.until != 0) revert NotRevoked(subject);
        last.until = uint40(block.timestamp);
        emit RevocationLifted(subject, gtin, lot);
    }

    function isRevoker(string calldata gtin, address account) external view returns (bool) {
        return _revokers[keccak256(bytes(gtin))][account];
    }

    /// @dev 14 digits and nothing else, so that no GTIN and lot can be cut in two ways.
    function _checkGtin(string calldata gtin) private pure {
        bytes calldata digits = bytes(gtin);
        bool valid = digits.length == 14;
        for (uint256 i = 0; valid && i < 14; ++i) {
            valid = digits[i] >= "0" && digits[i] <= "9";
        }
        if (!valid) revert BadGtin(gtin);
    }

    function _revocableSubject(string calldata gtin, string calldata lot) private view returns (bytes32) {
        if (!_revokers[keccak256(bytes(gtin))][msg.sender]) revert NotRevoker(gtin, msg.sender);
        if (bytes(lot).length == 0) revert EmptyLot();
        return keccak256(abi.encodePacked("lot", bytes1(0), gtin, bytes1(0), lot));
    }
}
