// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ColdmarkLog} from "../ColdmarkLog.sol";

/// @title What two logs, the roles and the recalls must be after the calls that were taken: design §5 told a second time.
/// @dev Written apart from the contract, so that a walk's every call has a judge. Four people; any may get any role.
abstract contract LogModel {
    struct Known {
        address publisher;
        uint48 size;
        bytes32 root;
        uint40 anchoredAt;
        address proposed;
        uint40 acceptFrom;
        uint40 frozenUntil;
        uint40 freezeAgainFrom;
        bytes32 successor;
        uint32 retireDay;
        uint40 retireFrom;
        bool retired;
    }

    struct Recall {
        uint40 since;
        uint40 until;
        uint16 reason;
    }

    address[4] internal people = [address(0xa11ce), address(0xb0b), address(0xca401), address(0xbad)];
    string[2] internal origins = ["log.example/1", "log.example/2"];
    string[2] internal lots = ["ABC123", "ABC124"];
    string internal constant GTIN = "09506000134352";

    ColdmarkLog public log = new ColdmarkLog(people[0], people[0]);
    uint40 public time = 20_000 days + 12 hours;
    address internal admin = people[0];
    address internal proposedAdmin;
    address internal registrar = people[0];
    Known[2] internal known;
    uint32[][2] internal sealedDays;
    mapping(uint256 which => mapping(uint32 day => bytes32)) internal digest;
    mapping(address => bool) internal mayRecall;
    Recall[2] internal recalls;

    function requireHeads() external view {
        for (uint256 i = 0; i < 2; ++i) {
            Known memory want = known[i];
            (bytes32 root, uint48 size, address publisher, uint40 anchoredAt, uint8 flags) = log.head(idOf(i));
            require(size == want.size && root == want.root, "a head is not its last extend's");
            require(publisher == want.publisher && anchoredAt == want.anchoredAt, "a publisher or a time is wrong");
            require(flags == (isFrozen(i) ? 1 : 0) + (want.retired ? 2 : 0), "the flags lie");
        }
    }

    function requireSeals() external view {
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < sealedDays[i].length; ++j) {
                uint32 day = sealedDays[i][j];
                require(log.sealedDigest(idOf(i), day) == digest[i][day], "a seal changed");
            }
            uint32 newest = dayOf(known[i].anchoredAt);
            require(log.sealedDigest(idOf(i), newest) == digest[i][newest], "a day was sealed too early");
        }
    }

    function requireProposals() external view {
        for (uint256 i = 0; i < 2; ++i) {
            Known memory want = known[i];
            (address proposed, uint40 acceptFrom,) = log.publisherProposal(idOf(i));
            require(proposed == want.proposed && acceptFrom == want.acceptFrom, "a proposed publisher is wrong");
            (uint32 day, bytes32 successor, uint40 readyAt, bool retired) = log.retirement(idOf(i));
            require(day == want.retireDay && successor == want.successor, "a retirement is another");
            require(readyAt == want.retireFrom && retired == want.retired, "a retirement's state is wrong");
        }
    }

    function requireRolesAndRecalls() external view {
        require(log.admin() == admin && log.registrar() == registrar, "a role changed hands");
        require(log.proposedAdmin() == proposedAdmin, "the proposed admin is another");
        for (uint256 i = 0; i < 4; ++i) {
            require(log.isRevoker(GTIN, people[i]) == mayRecall[people[i]], "the right to recall is wrong");
        }
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 subject = keccak256(abi.encodePacked("lot", hex"00", GTIN, hex"00", lots[i]));
            (uint40 since, uint40 until, uint16 reason) = log.revocation(subject);
            Recall memory want = recalls[i];
            require(since == want.since && until == want.until && reason == want.reason, "a recall is wrong");
        }
    }

    function idOf(uint256 which) internal view returns (bytes32) {
        return keccak256(bytes(origins[which]));
    }

    function isFrozen(uint256 which) internal view returns (bool) {
        return time < known[which].frozenUntil;
    }

    function dayOf(uint40 moment) internal pure returns (uint32) {
        return uint32(moment / 1 days);
    }

    function sealHead(uint256 which) internal {
        Known memory last = known[which];
        if (last.size == 0) return;
        uint32 day = dayOf(last.anchoredAt);
        digest[which][day] = keccak256(abi.encode(last.size, last.root, last.anchoredAt));
        sealedDays[which].push(day);
    }
}
