// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IColdmarkLog} from "./interfaces/IColdmarkLog.sol";

/// @title The two roles: an admin, replaced in two steps, and a registrar.
abstract contract Roles is IColdmarkLog {
    address public admin;
    address public proposedAdmin;
    address public registrar;

    modifier onlyAdmin() {
        _checkAdmin();
        _;
    }

    constructor(address admin_, address registrar_) {
        if (admin_ == address(0) || registrar_ == address(0)) revert ZeroAddress();
        admin = admin_;
        registrar = registrar_;
        emit AdminChanged(address(0), admin_);
        emit RegistrarChanged(address(0), registrar_);
    }

    function proposeAdmin(address proposed) external onlyAdmin {
        proposedAdmin = proposed;
        emit AdminProposed(proposed);
    }

    function acceptAdmin() external {
        if (msg.sender != proposedAdmin) revert NotProposedAdmin(msg.sender);
        emit AdminChanged(admin, msg.sender);
        admin = msg.sender;
        proposedAdmin = address(0);
    }

    function setRegistrar(address registrar_) external onlyAdmin {
        if (registrar_ == address(0)) revert ZeroAddress();
        emit RegistrarChanged(registrar, registrar_);
        registrar = registrar_;
    }

    function _checkAdmin() private view {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
    }
}
